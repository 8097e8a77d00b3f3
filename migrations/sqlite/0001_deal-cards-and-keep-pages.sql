ALTER TABLE `articles` ADD `card` blob;--> statement-breakpoint
ALTER TABLE `articles` ADD `card_names` text;--> statement-breakpoint
CREATE INDEX `articles_without_card` ON `articles` (`shelf`,`id`) WHERE "articles"."card" is null;--> statement-breakpoint
ALTER TABLE `article_contents` ADD `page` blob DEFAULT x'' NOT NULL;--> statement-breakpoint
UPDATE `article_contents` SET `page` = cast(json_object('html', `html`, 'seo', json(`seo`), 'metadata', json(`metadata`)) as blob);