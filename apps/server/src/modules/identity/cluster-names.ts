/** What identity must know of clusters: that a name or an id is one. Module clusters has it in memory. */
export type ClusterNames = {
  find(nameOrId: string): { readonly id: string; readonly name: string } | undefined;
  /** Like `find`, but asks the database before it gives up. Throws `not_found`. */
  resolve(nameOrId: string): Promise<{ readonly id: string; readonly name: string }>;
};
