using Microsoft.AspNetCore.Builder;

namespace Takt.Kernel;

/// <summary>Metadata of an endpoint: what its caller must hold in the project that the route names.</summary>
/// <param name="Permission">In that project.</param>
/// <param name="InEveryProject">Held in every project, now and later: for what concerns the whole server.</param>
public sealed record RequiredPermission(Permission Permission, bool InEveryProject = false);

/// <summary>Metadata of an endpoint that answers strangers, and why it may.</summary>
public sealed record OpenToStrangers(string Why);

/// <summary>How an endpoint says who may call it. One that says nothing is refused to everybody, and fails the build's tests.</summary>
public static class EndpointPermissions
{
    /// <summary>Calls without this permission are refused before the handler runs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredPermission(permission));

    /// <summary>The same for what concerns the whole server: only callers who hold the permission in every project.</summary>
    public static TBuilder NeedsInEveryProject<TBuilder>(this TBuilder builder, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredPermission(permission, InEveryProject: true));

    /// <summary>A POST whose repetition does no harm (what it makes is named by its content): its body may be large, and is not kept to compare.</summary>
    public static TBuilder RepeatsSafely<TBuilder>(this TBuilder builder, string why) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new SafeToRepeat(why));

    /// <summary>The few endpoints that answer anybody: health, version, sign-in.</summary>
    public static TBuilder IsOpenToStrangers<TBuilder>(this TBuilder builder, string why) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new OpenToStrangers(why));
}

/// <summary>Metadata of a POST that may be sent again without harm, and why: its Idempotency-Key is not looked at.</summary>
public sealed record SafeToRepeat(string Why);
