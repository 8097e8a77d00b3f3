CREATE TABLE `comment_erasures` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`mode` text NOT NULL,
	`comment_count` integer NOT NULL,
	`article_ids` text NOT NULL,
	`key_id` integer,
	`at` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `comments_by_creation`;--> statement-breakpoint
ALTER TABLE `comments` ADD `shown_reply_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `comments` ADD `is_shown` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `comments` ADD `email_folded` text;--> statement-breakpoint
ALTER TABLE `comments` ADD `address_hash` text;--> statement-breakpoint
ALTER TABLE `comments` ADD `edit_token_hash` text;--> statement-breakpoint
ALTER TABLE `comments` ADD `editable_until` integer;--> statement-breakpoint
ALTER TABLE `comments` ADD `approved_at` integer;--> statement-breakpoint
ALTER TABLE `comments` ADD `moderation_score` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `comments` ADD `moderation_reasons` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `comments_shown` ON `comments` (`article_id`,`is_shown`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_on_top` ON `comments` (`article_id`,`is_shown`,`created_at`,`id`) WHERE "comments"."depth" = 0;--> statement-breakpoint
CREATE INDEX `comments_replying` ON `comments` (`parent_id`,`is_shown`,`created_at`,`id`) WHERE "comments"."parent_id" is not null;--> statement-breakpoint
CREATE INDEX `comments_by_email` ON `comments` (`email_folded`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_by_address` ON `comments` (`address_hash`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_with_address` ON `comments` (`created_at`,`id`) WHERE "comments"."address_hash" is not null;--> statement-breakpoint
ALTER TABLE `site` ADD `moderation` text DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE `site` ADD `moderation_words` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `site` ADD `comments_close_after_days` integer;--> statement-breakpoint
UPDATE `comments` SET `email_folded` = lower(`author_email`), `is_shown` = (`status` = 'approved'), `approved_at` = CASE WHEN `status` = 'approved' THEN `updated_at` END;
--> statement-breakpoint
-- The words of comments, for those who moderate: written by the application as they are compared.
CREATE VIRTUAL TABLE `comment_search` USING fts5(title, heading, words, content='', contentless_delete=1, prefix='3 4', tokenize='ascii');
--> statement-breakpoint
-- Comments also go with their article, where nobody lists them.
CREATE TRIGGER `comments_leave_search` AFTER DELETE ON `comments` BEGIN DELETE FROM `comment_search` WHERE rowid = old.`id`; END;
