ALTER TABLE "article_contents" DROP COLUMN "html";--> statement-breakpoint
ALTER TABLE "article_contents" DROP COLUMN "seo";--> statement-breakpoint
ALTER TABLE "article_contents" DROP COLUMN "metadata";