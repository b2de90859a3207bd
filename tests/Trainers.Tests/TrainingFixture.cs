using Takt.Native.DuckDb;
using Takt.TestKit;

namespace Takt.Trainers.Tests;

/// <summary>Rows that DuckDB made up, the same each time, and the specs that read them.</summary>
public sealed class TrainingFixture : IDisposable
{
    private readonly TestFolder folder = new();

    public TrainingFixture() => Made = Parquet("made", """
        SELECT TIMESTAMP '2001-01-01' + INTERVAL (i) MINUTE AS at,
               (i // 60) % 24 AS hour,
               (hash(i) % 1000)::DOUBLE / 100 AS size,
               'place ' || hash(i * 7) % 30 AS place,
               hash(i * 13) % 100 < 10 + 3 * ((i // 60) % 24) * ((hash(i) % 1000) > 500)::INT AS late
        FROM range(40000) t(i)
        """);

    /// <summary>40,000 rows in 27 days: at, hour, size, place, late.</summary>
    public string Made { get; }

    public string this[string name] => folder[name];

    /// <summary>In many small row groups, so that several threads read it.</summary>
    public string Parquet(string name, string sql)
    {
        var path = folder[name + ".parquet"];
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder.Path] });
        using var connection = database.Connect();
        connection.Execute($"COPY ({sql}) TO {DuckSql.Text(path)} (FORMAT parquet, ROW_GROUP_SIZE 2048)");
        return path;
    }

    public static List<object?[]> Query(string path, string sql)
    {
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Files = [path] });
        using var connection = database.Connect();
        return connection.Rows(sql.Replace("$file", DuckSql.Parquet(path), StringComparison.Ordinal));
    }

    public TrainingSpec Spec(Algorithm algorithm = Algorithm.BoostedTrees) => new()
    {
        Data = [Made],
        Time = "at",
        Label = "late",
        Algorithm = algorithm,
        BoostedTrees = new BoostedTreesParams { Trees = 20, Depth = 4 },
        Features =
        [
            new FeatureSpec { Name = "hour", Kind = FeatureKind.Level },
            new FeatureSpec { Name = "size" },
            new FeatureSpec { Name = "place", Kind = FeatureKind.Category },
        ],
    };

    /// <summary>Trains into a folder of its own and gives its path.</summary>
    public (TrainingReport Report, string Folder) Train(TrainingSpec spec)
    {
        var into = folder[$"model-{Guid.NewGuid():N}"];
        return (TrainStep.Run(spec, into, new Ignored()), into);
    }

    public void Dispose() => folder.Dispose();

    internal sealed class Ignored : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
        }
    }
}
