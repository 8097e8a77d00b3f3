CREATE TABLE "author_words" (
	"author_id" integer NOT NULL,
	"word" text collate "C" NOT NULL,
	CONSTRAINT "author_words_author_id_word_pk" PRIMARY KEY("author_id","word")
);
--> statement-breakpoint
CREATE TABLE "tag_words" (
	"tag_id" integer NOT NULL,
	"word" text collate "C" NOT NULL,
	CONSTRAINT "tag_words_tag_id_word_pk" PRIMARY KEY("tag_id","word")
);
--> statement-breakpoint
DROP INDEX "articles_ending";--> statement-breakpoint
ALTER TABLE "author_words" ADD CONSTRAINT "author_words_author_id_authors_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."authors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tag_words" ADD CONSTRAINT "tag_words_tag_id_tags_id_fk" FOREIGN KEY ("tag_id") REFERENCES "public"."tags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "author_words_by_word" ON "author_words" USING btree ("word","author_id");--> statement-breakpoint
CREATE INDEX "tag_words_by_word" ON "tag_words" USING btree ("word","tag_id");--> statement-breakpoint
CREATE INDEX "articles_ending" ON "articles" USING btree ("shelf","sort_at","id","unpublish_at") WHERE "articles"."unpublish_at" is not null;