-- Ids are given before the commit: which touches a reader cannot have seen yet, only their transactions tell.
ALTER TABLE "touches" ADD COLUMN "xid" xid8 DEFAULT pg_current_xact_id() NOT NULL;
--> statement-breakpoint
CREATE INDEX "touches_by_transaction" ON "touches" USING btree ("xid");
--> statement-breakpoint
-- It never has a row: units of work take turns by its lock.
CREATE TABLE "turns" ();
