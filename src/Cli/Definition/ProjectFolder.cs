using System.Text;
using System.Text.RegularExpressions;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Definition;

/// <summary>A project's folder as it is sent: takt.yaml, the files that it names, and where git stands.</summary>
internal sealed partial record ProjectFolder(string Name, string File, IReadOnlyDictionary<string, string> Files, GitState? Source)
{
    private const long LargestFile = 1 << 20;

    /// <param name="path">takt.yaml, or the folder it lies in.</param>
    /// <exception cref="RefusedException">It is not there, too large, or no text.</exception>
    public static async Task<ProjectFolder> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, "takt.yaml") : path;
        if (!System.IO.File.Exists(file)) throw new RefusedException(new Problem("no-definition", 404, $"There is no {file}.", "Go to the project's folder, or name the file: takt apply FILE."));
        var text = Text(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var files = new Dictionary<string, string>();
        // Whatever in the text is the path of a file beside it goes along; the server takes what it asks for.
        foreach (Match word in Words().Matches(text))
        {
            var name = word.Value.TrimEnd('.', '/');
            if (files.ContainsKey(name) || name.StartsWith('/') || name.Split('/').Any(part => part is "" or "." or "..")) continue;
            var named = Path.Combine(folder, name);
            if (named != Path.GetFullPath(file) && System.IO.File.Exists(named)) files[name] = Text(named);
        }
        return new ProjectFolder(Path.GetFileName(file), text, files, await GitState.ReadAsync(folder, cancellationToken));
    }

    /// <summary>The project it is sent to: the one that was asked for, else the one that the file names.</summary>
    public string ProjectOf(VerbCall call) =>
        !call.WasGiven(GlobalOptions.Project) && ProjectLine().Match(File) is { Success: true } named ? named.Groups["name"].Value : call.Project;

    /// <summary>The request's body.</summary>
    public object Body => new { File, Files, Source };

    /// <summary>The same refusal with the file's name before each line.</summary>
    public RefusedException Place(RefusedException refused) => refused.Problem.Type != "definition-invalid" ? refused : new RefusedException(refused.Problem with
    {
        Findings = [.. refused.Problem.Findings.Select(f => LineNumber().Replace(f, $"{Name}:$1:"))]
    });

    private static string Text(string path)
    {
        var info = new FileInfo(path);
        if (info.Length > LargestFile) throw new RefusedException(new Problem("definition-too-large", 413, $"{path} has {info.Length:N0} bytes; at most {LargestFile:N0} are sent.", "Data are delivered to datasets: takt deliver NAME FILE."));
        var bytes = System.IO.File.ReadAllBytes(path);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            throw new RefusedException(new Problem("definition-invalid", 422, $"{path} is not UTF-8 (line {line}).", "Save it as UTF-8."));
        }
    }

    [GeneratedRegex("[A-Za-z0-9_./-]+")]
    private static partial Regex Words();

    [GeneratedRegex("""^project:\s*["']?(?<name>[a-z][a-z0-9-]*)""", RegexOptions.Multiline)]
    private static partial Regex ProjectLine();

    [GeneratedRegex("^line ([0-9]+):")]
    private static partial Regex LineNumber();
}
