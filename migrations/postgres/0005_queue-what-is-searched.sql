CREATE TABLE "search_queue" (
	"article_id" integer PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "search_queue" ADD CONSTRAINT "search_queue_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;