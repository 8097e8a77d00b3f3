CREATE TABLE `deliveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`webhook_id` integer NOT NULL,
	`event_id` integer,
	`message_id` text NOT NULL,
	`type` text NOT NULL,
	`body` text NOT NULL,
	`status` text NOT NULL,
	`tries` integer NOT NULL,
	`attempts` text NOT NULL,
	`due_at` integer,
	`lease` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `deliveries_of_webhook` ON `deliveries` (`webhook_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_status` ON `deliveries` (`webhook_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`webhook_id`,`due_at`);--> statement-breakpoint
CREATE INDEX `deliveries_ended` ON `deliveries` (`ended_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_once` ON `deliveries` (`webhook_id`,`event_id`);--> statement-breakpoint
CREATE TABLE `event_horizon` (
	`id` integer PRIMARY KEY NOT NULL,
	`pruned_to` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `purge_targets` (
	`name` text PRIMARY KEY NOT NULL,
	`touch_id` integer NOT NULL,
	`lease` text,
	`leased_until` integer
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`url` text NOT NULL,
	`description` text,
	`events` text NOT NULL,
	`active` integer NOT NULL,
	`disabled_reason` text,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_secret_until` integer,
	`seen_event_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `articles` ADD `noindex` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `articles` ADD `canonical_url` text;--> statement-breakpoint
ALTER TABLE `events` ADD `article_id` integer;--> statement-breakpoint
CREATE INDEX `events_of_type` ON `events` (`type`,`id`);--> statement-breakpoint
CREATE INDEX `events_of_key` ON `events` (`key_id`,`id`);--> statement-breakpoint
UPDATE `articles` SET `noindex` = coalesce(`told`.`seo` ->> '$.noindex', 0), `canonical_url` = `told`.`seo` ->> '$.canonicalUrl' FROM (SELECT `article_id`, cast(`page` AS text) -> '$.seo' AS `seo` FROM `article_contents`) AS `told` WHERE `told`.`article_id` = `articles`.`id` AND (`told`.`seo` ->> '$.noindex' OR `told`.`seo` ->> '$.canonicalUrl' IS NOT NULL);
--> statement-breakpoint
UPDATE "events" SET "article_id" = (SELECT "article_id" FROM "comments" WHERE "comments"."id" = "events"."entity_id") WHERE "kind" = 'comment';
