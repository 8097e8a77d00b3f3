ALTER TABLE "articles" ADD COLUMN "card" "bytea";--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "card_names" json;--> statement-breakpoint
ALTER TABLE "article_contents" ADD COLUMN "page" "bytea" DEFAULT ''::bytea NOT NULL;--> statement-breakpoint
UPDATE "article_contents" SET "page" = convert_to(json_build_object('html', "html", 'seo', CASE WHEN "seo" IS NULL THEN NULL ELSE json_build_object('title', "seo" -> 'title', 'description', "seo" -> 'description', 'imageUrl', "seo" -> 'imageUrl', 'canonicalUrl', "seo" -> 'canonicalUrl', 'noindex', "seo" -> 'noindex') END, 'metadata', "metadata")::text, 'UTF8');--> statement-breakpoint
CREATE INDEX "articles_without_card" ON "articles" USING btree ("shelf","id") WHERE "articles"."card" is null;