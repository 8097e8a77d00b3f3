CREATE TABLE `author_words` (
	`author_id` integer NOT NULL,
	`word` text NOT NULL,
	PRIMARY KEY(`author_id`, `word`),
	FOREIGN KEY (`author_id`) REFERENCES `authors`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `author_words_by_word` ON `author_words` (`word`,`author_id`);--> statement-breakpoint
CREATE TABLE `tag_words` (
	`tag_id` integer NOT NULL,
	`word` text NOT NULL,
	PRIMARY KEY(`tag_id`, `word`),
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `tag_words_by_word` ON `tag_words` (`word`,`tag_id`);--> statement-breakpoint
DROP INDEX `articles_ending`;--> statement-breakpoint
CREATE INDEX `articles_ending` ON `articles` (`shelf`,`sort_at`,`id`,`unpublish_at`) WHERE "articles"."unpublish_at" is not null;