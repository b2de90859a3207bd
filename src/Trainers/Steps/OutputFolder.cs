namespace Takt.Trainers;

/// <summary>Files that appear together: written beside the target and moved in at the end; what fails before leaves nothing.</summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string target;
    private readonly string draft;

    public OutputFolder(string target)
    {
        this.target = Path.GetFullPath(target);
        draft = $"{Path.TrimEndingDirectorySeparator(this.target)}.draft-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"Nothing can be written beside {this.target}: {e.Message} Name another folder.", e);
        }
    }

    /// <summary>Where a file is written until <see cref="Complete"/>.</summary>
    public string this[string name] => Path.Combine(draft, name);

    public void Complete()
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(draft, target);
            return;
        }
        foreach (var file in Directory.EnumerateFiles(draft)) File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
    }

    public void Dispose()
    {
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
    }
}
