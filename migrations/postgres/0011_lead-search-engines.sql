ALTER TABLE "articles" ADD COLUMN "noindex" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "canonical_url" text collate "C";--> statement-breakpoint
UPDATE "articles" SET "noindex" = coalesce(("told"."seo" ->> 'noindex')::boolean, false), "canonical_url" = "told"."seo" ->> 'canonicalUrl' FROM (SELECT "article_id", convert_from("page", 'UTF8')::json -> 'seo' AS "seo" FROM "article_contents") AS "told" WHERE "told"."article_id" = "articles"."id" AND (("told"."seo" ->> 'noindex')::boolean OR "told"."seo" ->> 'canonicalUrl' IS NOT NULL);
