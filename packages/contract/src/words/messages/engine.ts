/** Messages of the engine, for every operation. */
export const engineMessages = [
  'Cancelled by {name}',
  'Cancelled by {name}. The step had already reached its goal',
  'The outcome is unknown: {reason}. The step runs again, to look',
  'the first look is under way',
  'This instance has no valid lease: its metadata database does not answer',
  'The step ended before it had reached its goal',
] as const;
