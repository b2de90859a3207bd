using Microsoft.AspNetCore.Routing;
using Takt.Access.Requests;
using Takt.Kernel;

namespace Takt.Access;

/// <summary>For tests: which endpoints forgot to say who may call them. Such an endpoint answers nobody.</summary>
public static class EndpointAudit
{
    /// <summary>Method and route of each endpoint without a stated permission.</summary>
    public static IReadOnlyList<string> Unstated(EndpointDataSource endpoints) =>
    [
        .. endpoints.Endpoints
            .Where(e => e.Metadata.GetMetadata<RequiredPermission>() is null && e.Metadata.GetMetadata<OpenToStrangers>() is null && e.Metadata.GetMetadata<AnySignedIn>() is null)
            .Select(e => e.DisplayName ?? "an endpoint without a name").Order(StringComparer.Ordinal)
    ];

    /// <summary>The same for all that was mapped on an application.</summary>
    public static IReadOnlyList<string> Unstated(IEndpointRouteBuilder routes) => [.. routes.DataSources.SelectMany(Unstated).Distinct(StringComparer.Ordinal)];
}
