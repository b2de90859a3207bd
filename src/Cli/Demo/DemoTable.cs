using Spectre.Console;

namespace Takt.Cli.Demo;

/// <summary>What happened, line by line, each with the id of its evidence.</summary>
internal sealed class DemoTable
{
    private readonly List<DemoLine> lines = [];

    public IReadOnlyList<DemoLine> Lines => lines;

    /// <summary>What was measured on the way, by name with its unit: for benchmarks.</summary>
    public Dictionary<string, double> Figures { get; } = [];

    public void Add(string step, string what, string evidence) => lines.Add(new DemoLine(step, what, evidence));

    public void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("step").AddColumn("what happened").AddColumn("evidence");
        var last = "";
        foreach (var line in lines)
        {
            table.AddRow(Markup.Escape(line.Step == last ? "" : line.Step), Markup.Escape(line.What), $"[grey]{Markup.Escape(line.Evidence)}[/]");
            last = line.Step;
        }
        console.Write(table);
    }
}

/// <param name="Evidence">An id that the API, the page and the journal know.</param>
internal sealed record DemoLine(string Step, string What, string Evidence);
