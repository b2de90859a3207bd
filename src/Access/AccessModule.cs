using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Access.Actors;
using Takt.Access.Projects;
using Takt.Access.Repeats;
using Takt.Access.Requests;
using Takt.Access.SignIn;
using Takt.Access.State;
using Takt.Access.Tokens;
using Takt.Kernel;

namespace Takt.Access;

/// <summary>Who may do what, in which project. The server's pipeline takes it in with <see cref="AccessPipeline.UseTaktAccess"/>.</summary>
public sealed class AccessModule : IModule
{
    public string Name => "access";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetSection("Takt").Get<AccessOptions>() ?? new AccessOptions());
        services.AddSingleton<AccessState>();
        services.AddSingleton<Origins>();
        services.AddSingleton<Refusals>();
        services.AddSingleton<ProcessNumber>();
        services.AddSingleton<Answers>();
        services.AddSingleton<IProjects, ProjectDirectory>();
        services.AddSingleton<CreateProject>();
        services.AddSingleton<ChangeActors>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<ITokens>(provider => provider.GetRequiredService<TokenIssuer>());
        services.AddSingleton<Sessions>();
        services.AddHostedService<FirstStart.FirstStart>();
        services.AddHostedService<StateListener>();
        services.AddHostedService(provider => provider.GetRequiredService<Refusals>());
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        SignInEndpoints.Map(routes);
        ProjectEndpoints.Map(routes);
        ActorEndpoints.Map(routes);
        TokenEndpoints.Map(routes);
    }
}
