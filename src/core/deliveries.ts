/** What a delivery to a webhook is, as all layers speak of it. */

/** How many tries a delivery remembers, the last ones. */
export const MOST_ATTEMPTS = 20;
