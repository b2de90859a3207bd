using Takt.Access.State;

namespace Takt.Access.Requests;

/// <summary>Who was let in, as a feature of the request.</summary>
/// <param name="Token">Null for anonymous callers.</param>
internal sealed record Principal(Actor Actor, Token? Token);
