namespace Takt.Trainers;

/// <summary>Where a step stands.</summary>
/// <param name="Phase">One word: <c>read</c>, <c>train</c>, <c>refit</c>, <c>measure</c>, <c>check</c>, <c>write</c>, <c>done</c>.</param>
/// <param name="Share">Of the whole step, 0 to 1; never falls.</param>
/// <param name="Message">For people: what was just done, with its figures.</param>
public sealed record TrainingProgress(string Phase, double Share, string Message);
