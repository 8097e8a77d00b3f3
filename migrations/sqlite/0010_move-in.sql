CREATE TABLE `imports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`status` text NOT NULL,
	`format` text NOT NULL,
	`options` text NOT NULL,
	`path` text,
	`bytes` integer NOT NULL,
	`counts` text,
	`problems` text NOT NULL,
	`problem_count` integer NOT NULL,
	`fault` text,
	`key_id` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`holder` text,
	`held_until` integer
);
--> statement-breakpoint
CREATE INDEX `imports_by_status` ON `imports` (`status`,`id`);--> statement-breakpoint
ALTER TABLE `comments` ADD `imported_as` text;--> statement-breakpoint
CREATE UNIQUE INDEX `comments_imported_as` ON `comments` (`imported_as`) WHERE "comments"."imported_as" is not null;--> statement-breakpoint
-- A schedule that ended an article left it the card it was listed by.
UPDATE `articles` SET `card` = NULL, `card_names` = NULL WHERE `shelf` <> 'published' AND `card` IS NOT NULL;
