-- The words of articles, written by the application as they are compared: `ascii` takes whatever is beyond ASCII as it is.
CREATE VIRTUAL TABLE `article_search` USING fts5(title, heading, words, content='', contentless_delete=1, prefix='3 4', tokenize='ascii');
--> statement-breakpoint
INSERT INTO `search_queue` (`article_id`) SELECT `id` FROM `articles`;
