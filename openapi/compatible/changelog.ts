/** What CHANGELOG.md says of breaking changes. */

/** A reason is a sentence, not a word. */
const LEAST_REASON = 20;

/** The part of a changelog that tells what was not released yet. */
const unreleasedOf = (changelog: string): string =>
  changelog.split(/^## /m).find((part) => part.startsWith('[Unreleased]')) ?? '';

/**
 * The places whose break is announced: a line under `[Unreleased]` that begins with the place in backticks, then a colon
 * and the reason: `` - `NewComment authorUrl`: … ``.
 */
export const announcedPlaces = (changelog: string): Set<string> =>
  new Set(
    [...unreleasedOf(changelog).matchAll(/^- `([^`]+)`: *(.*)$/gm)]
      .filter(([, , reason = '']) => reason.trim().length >= LEAST_REASON)
      .map(([, place = '']) => place),
  );

/** Whether a changelog has a part about a version. */
export const tellsOf = (changelog: string, version: string): boolean => changelog.includes(`\n## [${version}]`);
