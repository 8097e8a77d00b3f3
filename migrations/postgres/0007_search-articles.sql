-- The words of articles, written by the application as they are compared. Long texts stand beside the rows, for a search
-- reads a row of each article that has its words; and not compressed, for a phrase is sought in them (half the time).
CREATE TABLE "article_search" (
	"article_id" integer PRIMARY KEY NOT NULL,
	"title" text collate "C" NOT NULL,
	"heading" text collate "C" NOT NULL,
	"words" text collate "C" NOT NULL,
	"lexemes" "tsvector" NOT NULL
) WITH (toast_tuple_target = 128);
--> statement-breakpoint
ALTER TABLE "article_search" ALTER COLUMN "title" SET STORAGE main, ALTER COLUMN "heading" SET STORAGE main, ALTER COLUMN "words" SET STORAGE external;
--> statement-breakpoint
-- Without `fastupdate` every write pays for itself: no search reads a list of what is pending, no write empties it, and
-- no serializable transaction that searches locks the whole index against writers.
CREATE INDEX "article_search_by_lexeme" ON "article_search" USING gin ("lexemes") WITH (fastupdate = off);
--> statement-breakpoint
INSERT INTO "search_queue" ("article_id") SELECT "id" FROM "articles" ON CONFLICT DO NOTHING;
