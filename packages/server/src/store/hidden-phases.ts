/** Clusters in these phases are as if they were not there: before a take-over, and once they are moved out. */
export const hiddenPhases: readonly string[] = ['FORGOTTEN', 'MOVED_OUT'];
