/** The variable by which a run on PostgreSQL tells the tests of the database that each gets a copy of. */
export const TEMPLATE = 'GALLEY_TEST_TEMPLATE';
