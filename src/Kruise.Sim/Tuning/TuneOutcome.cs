namespace Kruise.Sim.Tuning;

/// <summary>What a search has found.</summary>
/// <param name="Best">The best setting.</param>
/// <param name="Next">The best of the others that are not the same to the event; null when there is none.</param>
/// <param name="Present">The setting of today.</param>
/// <param name="Seeds">The seeds that the search decides with. What the best and the next have beyond them took no part in it.</param>
/// <param name="Confirmations">Settings that were run with seeds of which the search had seen nothing, until one kept what is asked; 0 where the budget did not allow it.</param>
internal sealed record TuneOutcome(Candidate Best, Candidate? Next, Candidate Present, int Seeds, int Confirmations);
