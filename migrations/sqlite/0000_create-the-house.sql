CREATE TABLE `article_authors` (
	`article_id` integer NOT NULL,
	`author_id` integer NOT NULL,
	`position` integer NOT NULL,
	`shelf` text NOT NULL,
	`sort_at` integer NOT NULL,
	PRIMARY KEY(`article_id`, `author_id`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `authors`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `article_authors_by_moment` ON `article_authors` (`author_id`,`shelf`,`sort_at`,`article_id`);--> statement-breakpoint
CREATE TABLE `article_tags` (
	`article_id` integer NOT NULL,
	`tag_id` integer NOT NULL,
	`position` integer NOT NULL,
	`shelf` text NOT NULL,
	`sort_at` integer NOT NULL,
	PRIMARY KEY(`article_id`, `tag_id`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `article_tags_by_moment` ON `article_tags` (`tag_id`,`shelf`,`sort_at`,`article_id`);--> statement-breakpoint
CREATE TABLE `articles` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` integer NOT NULL,
	`slug` text NOT NULL,
	`title` text NOT NULL,
	`title_folded` text NOT NULL,
	`subtitle` text,
	`excerpt` text,
	`generated_excerpt` text NOT NULL,
	`body_format` text NOT NULL,
	`status` text NOT NULL,
	`shelf` text NOT NULL,
	`published_at` integer,
	`unpublish_at` integer,
	`first_published_at` integer,
	`sort_at` integer NOT NULL,
	`noted_live` integer NOT NULL,
	`language` text NOT NULL,
	`translation_key` text,
	`featured` integer NOT NULL,
	`comment_policy` text,
	`comment_count` integer NOT NULL,
	`content_updated_at` integer,
	`cover_image` text,
	`source_system` text,
	`source_id` text,
	`source_url` text,
	`word_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `articles_slug` ON `articles` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `articles_source` ON `articles` (`source_system`,`source_id`);--> statement-breakpoint
CREATE INDEX `articles_by_moment` ON `articles` (`shelf`,`sort_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_update` ON `articles` (`shelf`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_creation` ON `articles` (`shelf`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_title` ON `articles` (`shelf`,`title_folded`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_translation` ON `articles` (`translation_key`) WHERE "articles"."translation_key" is not null;--> statement-breakpoint
CREATE INDEX `articles_ending` ON `articles` (`shelf`,`sort_at`,`id`) WHERE "articles"."unpublish_at" is not null;--> statement-breakpoint
CREATE TABLE `authors` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` integer NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`name_folded` text NOT NULL,
	`bio` text,
	`avatar_url` text,
	`website_url` text,
	`links` text NOT NULL,
	`email` text,
	`article_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `authors_slug` ON `authors` (`slug`);--> statement-breakpoint
CREATE INDEX `authors_by_name` ON `authors` (`name_folded`,`id`);--> statement-breakpoint
CREATE INDEX `authors_by_article_count` ON `authors` (`article_count`,`id`);--> statement-breakpoint
CREATE TABLE `comments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` integer NOT NULL,
	`article_id` integer NOT NULL,
	`parent_id` integer,
	`depth` integer NOT NULL,
	`reply_count` integer NOT NULL,
	`author_name` text NOT NULL,
	`author_email` text,
	`author_url` text,
	`author_id` integer,
	`is_staff` integer NOT NULL,
	`body` text NOT NULL,
	`html` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `authors`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `comments_of_article` ON `comments` (`article_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_by_status` ON `comments` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_by_creation` ON `comments` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `comments_of_author` ON `comments` (`author_id`);--> statement-breakpoint
CREATE TABLE `article_contents` (
	`article_id` integer PRIMARY KEY NOT NULL,
	`body` text NOT NULL,
	`html` text NOT NULL,
	`seo` text,
	`metadata` text NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `due_moments` (
	`article_id` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`article_id`, `at`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `due_moments_by_moment` ON `due_moments` (`at`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`entity_id` integer NOT NULL,
	`version` integer,
	`slug` text,
	`live` integer,
	`changed_fields` text NOT NULL,
	`key_id` integer,
	`request_id` text
);
--> statement-breakpoint
CREATE INDEX `events_of_entity` ON `events` (`kind`,`entity_id`,`id`);--> statement-breakpoint
CREATE TABLE `keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`author_id` integer,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`expires_at` integer,
	`revoked_at` integer,
	FOREIGN KEY (`author_id`) REFERENCES `authors`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_hash` ON `keys` (`hash`);--> statement-breakpoint
CREATE INDEX `keys_by_author` ON `keys` (`author_id`);--> statement-breakpoint
CREATE TABLE `site` (
	`id` integer PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`url` text,
	`language` text NOT NULL,
	`time_zone` text NOT NULL,
	`article_url_pattern` text NOT NULL,
	`comment_policy` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tags` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` integer NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`name_folded` text NOT NULL,
	`description` text,
	`kind` text NOT NULL,
	`article_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_slug` ON `tags` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `tags_name_folded` ON `tags` (`name_folded`);--> statement-breakpoint
CREATE INDEX `tags_by_article_count` ON `tags` (`article_count`,`id`);