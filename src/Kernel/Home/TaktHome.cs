namespace Takt.Kernel;

/// <summary>Where Takt keeps what is its own on this machine. Paths only; Supervisor makes the folders, readable by their owner alone.</summary>
/// <param name="Folder"><c>--home</c>, else <c>TAKT_HOME</c>, else <c>~/.takt</c>.</param>
public sealed record TaktHome(string Folder)
{
    /// <summary>Content-addressed blobs.</summary>
    public string Artifacts => Path.Combine(Folder, "artifacts");

    /// <summary>Signing keys.</summary>
    public string Keys => Path.Combine(Folder, "keys");

    /// <summary><c>admin.token</c> and <c>dataplane.token</c>.</summary>
    public string Tokens => Path.Combine(Folder, "tokens");

    /// <summary>The data plane's own folder: its log, its models, its last plan.</summary>
    public string DataPlane => Path.Combine(Folder, "dataplane");

    /// <summary>Working folders of steps.</summary>
    public string Work => Path.Combine(Folder, "work");

    public string Logs => Path.Combine(Folder, "logs");

    /// <summary>The CLI reads here where the server listens.</summary>
    public string StateFile => Path.Combine(Folder, "takt.json");
}
