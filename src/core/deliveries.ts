/** What all who handle deliveries agree on. */

/** How many of its tries a delivery keeps, the last ones. */
export const MOST_ATTEMPTS = 20;
