using System.Globalization;
using Takt.Native.DuckDb;
using Takt.TestKit;

namespace Takt.Monitoring.Tests;

/// <summary>Rows without time (milling machines, ai4i2020): the tests by rows.</summary>
public sealed class MachineTests(ITestOutputHelper output)
{
    [Fact]
    public void False_alarms_between_shuffled_halves_stay_near_alpha_in_all_sizes()
    {
        using var folder = new TestFolder();
        var csv = SharedData.Find("ai4i2020/ai4i2020.csv");
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(csv)!, folder.Path] });
        using var connection = database.Connect();
        connection.Execute($"CREATE TABLE m AS SELECT * FROM read_csv({DuckSql.Text(csv)}, header = true)");
        const int Trials = 30;
        var all = 0;
        foreach (var rows in new[] { 300, 2500, 5000 })
        {
            var (alarms, tests) = (0, 0);
            for (var trial = 0; trial < Trials; trial++)
            {
                var look = Deal(connection, folder, rows, trial, "");
                alarms += look.Kinds.Count(k => k.Flagged);
                foreach (var finding in look.Kinds.SelectMany(k => k.Findings).Where(f => f.Flagged)) output.WriteLine($"{rows} rows, deal {trial}: {finding}");
                tests += look.Kinds.Count;
            }
            output.WriteLine($"{rows} rows against {rows}: {alarms} false alarms in {tests} looks at alpha {Specs.Default.Alpha}");
            all += alarms;
        }
        // 180 looks at alpha 0.01: 1.8 are due by chance; more than 5 would come by chance in 1 of 100 runs.
        Assert.InRange(all, 0, 5);
    }

    [Fact]
    public void Hotter_air_a_new_type_and_lost_torques_are_found_and_named()
    {
        using var folder = new TestFolder();
        var csv = SharedData.Find("ai4i2020/ai4i2020.csv");
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(csv)!, folder.Path] });
        using var connection = database.Connect();
        connection.Execute($"CREATE TABLE m AS SELECT * FROM read_csv({DuckSql.Text(csv)}, header = true)");
        var look = Deal(connection, folder, 3000, 1, "in_air + 1 AS in_air, CASE WHEN hash(request_id) % 20 = 0 THEN 'X' ELSE in_type END AS in_type, CASE WHEN hash(request_id) % 5 = 1 THEN NULL ELSE in_torque END AS in_torque");
        var data = look.Kinds.Single(k => k.Kind == AlertKind.DataDrift);
        Assert.Equal(["air", "torque: missing", "type", "type: new values"], data.Findings.Where(f => f.Flagged).Select(f => f.What).Order(StringComparer.Ordinal));
        var explanation = Explanation.Of(look, data);
        output.WriteLine(explanation);
        Assert.Contains("'X'", explanation, StringComparison.Ordinal);
    }

    /// <summary>Two random samples of the machines, one as a reference, one as an inference log.</summary>
    private static Look Deal(DuckConnection connection, TestFolder folder, int rows, int seed, string replaced)
    {
        string reference = folder[$"reference-{rows}-{seed}.parquet"], segment = folder[$"segment-{rows}-{seed}.parquet"];
        const string Inputs = """ "Type" AS in_type, "Air temperature [K]" AS in_air, "Torque [Nm]" AS in_torque, "Tool wear [min]" AS in_wear, "Rotational speed [rpm]" AS in_speed """;
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE OR REPLACE TEMP TABLE dealt AS SELECT *, row_number() OVER (ORDER BY hash("UDI" * 1000003 + {seed})) AS place FROM m;
            COPY (SELECT {Inputs}, "Tool wear [min]" / 300.0 AS score, "Machine_failure" AS label FROM dealt WHERE place <= {rows}) TO '{reference}' (FORMAT parquet);
            COPY (SELECT * {(replaced.Length > 0 ? $"REPLACE ({replaced})" : "")} FROM (SELECT printf('%032x', "UDI") AS request_id, 1 AS revision, false AS shadow, 200 AS status, TIMESTAMP '2026-01-05 12:00:00' AS event_time,
                CAST("Tool wear [min]" / 300.0 AS FLOAT) AS score, {Inputs} FROM dealt WHERE place > 10000 - {rows})) TO '{segment}' (FORMAT parquet)
            """));
        var profile = ReferenceProfile.Make(connection, reference, 86_400, CancellationToken.None);
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var current = WindowProfile.Make(connection, profile, new WindowProfile.Source([segment], [], 1, from, from.AddDays(7)), CancellationToken.None);
        Assert.Equal(rows, current.Rows);
        return Look.At(Specs.Default, from, from.AddDays(7), 1, "wear/1", profile, current, truth: false);
    }
}
