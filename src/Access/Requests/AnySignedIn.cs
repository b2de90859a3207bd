using Microsoft.AspNetCore.Builder;

namespace Takt.Access.Requests;

/// <summary>Metadata of the few endpoints that speak of the caller alone: whoever has a credential may call them, in whatever project.</summary>
internal sealed record AnySignedIn;

/// <summary>Metadata of a POST that answers a secret: the answer is never kept to be repeated.</summary>
internal sealed record AnswersSecret;

internal static class EndpointWords
{
    public static TBuilder NeedsSignIn<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AnySignedIn());

    public static TBuilder AnswersASecret<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AnswersSecret());
}
