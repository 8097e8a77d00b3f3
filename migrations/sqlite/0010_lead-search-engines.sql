ALTER TABLE `articles` ADD `noindex` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `articles` ADD `canonical_url` text;--> statement-breakpoint
UPDATE `articles` SET `noindex` = coalesce(`told`.`seo` ->> '$.noindex', 0), `canonical_url` = `told`.`seo` ->> '$.canonicalUrl' FROM (SELECT `article_id`, cast(`page` AS text) -> '$.seo' AS `seo` FROM `article_contents`) AS `told` WHERE `told`.`article_id` = `articles`.`id` AND (`told`.`seo` ->> '$.noindex' OR `told`.`seo` ->> '$.canonicalUrl' IS NOT NULL);
