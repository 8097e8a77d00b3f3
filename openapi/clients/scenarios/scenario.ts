/** What a scenario is told: a Galley with an empty store, and its first key. */
export type Scene = {
  baseUrl: string;
  key: string;
  /** Says that a step is done. */
  done: (step: string) => void;
};

/** A newspaper's day with one of the clients; throws at the first answer that is another than the types promise. */
export type Scenario = (scene: Scene) => Promise<void>;
