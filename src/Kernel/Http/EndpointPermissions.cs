using Microsoft.AspNetCore.Builder;

namespace Takt.Kernel;

/// <summary>Metadata of an endpoint: what its caller must hold in the project that the route names.</summary>
public sealed record RequiredPermission(Permission Permission);

/// <summary>Metadata of an endpoint that answers strangers, and why it may.</summary>
public sealed record OpenToStrangers(string Why);

/// <summary>How an endpoint says who may call it. One that says nothing is refused to everybody, and fails the build's tests.</summary>
public static class EndpointPermissions
{
    /// <summary>Calls without this permission are refused before the handler runs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredPermission(permission));

    /// <summary>The few endpoints that answer anybody: health, version, sign-in.</summary>
    public static TBuilder IsOpenToStrangers<TBuilder>(this TBuilder builder, string why) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new OpenToStrangers(why));
}
