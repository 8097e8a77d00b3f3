/** So many of something in a window of so many seconds; null: without a limit. */
export type Rate = { limit: number; seconds: number } | null;
