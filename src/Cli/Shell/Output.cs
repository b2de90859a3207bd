using System.Text.Json;
using Spectre.Console;
using Takt.Kernel;

namespace Takt.Cli.Shell;

/// <summary>What a verb says: lines and tables for people, one JSON document for programs, refusals on the error stream.</summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions indented = new(TaktJson.Options) { WriteIndented = true };
    private readonly TextWriter writer;
    private readonly TextWriter errors;

    internal Output(TextWriter writer, TextWriter errors, bool isJson)
    {
        this.writer = writer;
        this.errors = errors;
        IsJson = isJson;
        var isTerminal = writer == System.Console.Out && !System.Console.IsOutputRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No, ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        // Into a pipe or a file tables are as wide as they need to be.
        if (!isTerminal) Console.Profile.Width = 200;
    }

    public bool IsJson { get; }

    /// <summary>Spectre's console, for tables and progress.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Plain text for people; nothing where JSON was asked for.</summary>
    public void Line(string text = "")
    {
        if (!IsJson) writer.WriteLine(text);
    }

    /// <summary>Text that is the answer itself, in either form.</summary>
    public void Raw(string text) => writer.WriteLine(text);

    /// <summary>The answer as JSON where that was asked for, else as <paramref name="forPeople"/> tells it.</summary>
    public void Show<T>(T answer, Action<T> forPeople)
    {
        if (IsJson) writer.WriteLine(JsonSerializer.Serialize(answer, indented));
        else forPeople(answer);
    }

    /// <summary>A table without frames, each cell plain text.</summary>
    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Dim))).PadLeft(0).PadRight(3).NoWrap());
        foreach (var row in rows) table.AddRow(row.Select(cell => (Spectre.Console.Rendering.IRenderable)new Text(cell)));
        Console.Write(table);
    }

    /// <summary>A remark on the error stream, beside the answer.</summary>
    public void Remark(string text) => errors.WriteLine(text);

    /// <summary>One line with the mend, then each finding.</summary>
    public void Refusal(Problem problem)
    {
        errors.WriteLine($"takt: {problem}");
        foreach (var finding in problem.Findings) errors.WriteLine($"  {finding}");
    }
}
