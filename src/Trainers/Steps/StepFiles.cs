using System.Text.Json;

namespace Takt.Trainers;

/// <summary>JSON as the steps write it: snake_case, indented, a line feed at the end.</summary>
internal static class StepFiles
{
    public static void Write<T>(string path, T value) => File.WriteAllText(path, JsonSerializer.Serialize(value, TrainingSpec.Json) + "\n");

    public static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
