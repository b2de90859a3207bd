using Takt.Native.DuckDb;

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

    /// <summary>Where a file is written until all are complete.</summary>
    public string this[string name] => Path.Combine(draft, name);

    /// <summary>Writes the files, then lets them appear.</summary>
    public void Write(Action files)
    {
        try
        {
            files();
            Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckException)
        {
            throw new TrainingException($"The results could not be written to {target}: {e.Message.ReplaceLineEndings(" ")} Make room there, or name another folder.", e);
        }
    }

    private void Complete()
    {
        if (Directory.Exists(target) && !Directory.EnumerateFileSystemEntries(target).Any()) Directory.Delete(target);
        if (!Directory.Exists(target))
        {
            Directory.Move(draft, target); // at once
            return;
        }
        foreach (var file in Directory.EnumerateFiles(draft)) File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
    }

    public void Dispose()
    {
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
    }
}
