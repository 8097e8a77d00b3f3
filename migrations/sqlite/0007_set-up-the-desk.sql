CREATE TABLE `outcomes` (
	`key_id` integer NOT NULL,
	`path` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer NOT NULL,
	`kind` text NOT NULL,
	`entity_id` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`key_id`, `path`, `idempotency_key`)
);
--> statement-breakpoint
CREATE INDEX `outcomes_by_moment` ON `outcomes` (`at`);--> statement-breakpoint
CREATE TABLE `preview_links` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`article_id` integer NOT NULL,
	`key_id` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `preview_links_of_article` ON `preview_links` (`article_id`,`id`);--> statement-breakpoint
CREATE TABLE `revisions` (
	`article_id` integer NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`key_id` integer,
	`changed_fields` text NOT NULL,
	`snapshot` blob,
	`text` blob,
	`text_steps` integer,
	PRIMARY KEY(`article_id`, `version`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `slug_history` (
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`entity_id` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`kind`, `slug`)
);
--> statement-breakpoint
CREATE INDEX `slug_history_of_entity` ON `slug_history` (`kind`,`entity_id`);--> statement-breakpoint
CREATE TABLE `working_copies` (
	`article_id` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`fields` text,
	`bases` text NOT NULL,
	`rendering` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `articles` ADD `slug_was_public` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `into_id` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `article_ids` text;--> statement-breakpoint
INSERT INTO `revisions` (`article_id`, `version`, `at`, `changed_fields`) SELECT `id`, `version`, `updated_at`, '[]' FROM `articles`;--> statement-breakpoint
UPDATE `articles` SET `slug_was_public` = 1 WHERE `first_published_at` IS NOT NULL OR `noted_live` = 1;
