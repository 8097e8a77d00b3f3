ALTER TABLE `articles` ADD `card` blob;--> statement-breakpoint
ALTER TABLE `articles` ADD `card_names` text;--> statement-breakpoint
CREATE INDEX `articles_without_card` ON `articles` (`shelf`,`id`) WHERE "articles"."card" is null;--> statement-breakpoint
ALTER TABLE `article_contents` ADD `page` blob DEFAULT x'' NOT NULL;--> statement-breakpoint
UPDATE `article_contents` SET `page` = cast(json_object('html', `html`, 'seo', CASE WHEN `seo` IS NULL THEN NULL ELSE json_object('title', json(`seo` -> '$.title'), 'description', json(`seo` -> '$.description'), 'imageUrl', json(`seo` -> '$.imageUrl'), 'canonicalUrl', json(`seo` -> '$.canonicalUrl'), 'noindex', json(`seo` -> '$.noindex')) END, 'metadata', json(`metadata`)) as blob);