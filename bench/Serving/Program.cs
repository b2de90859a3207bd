using Takt.Bench.Serving;

// dotnet run -c Release --project bench/Serving [seconds]     the table of docs/serving.md
// ... takt SECONDS CONNECTIONS                               Takt alone, for a profiler
// The servers are processes of their own (the same program, told what to be), so that their processor time can be told from the load's.
return args switch
{
    ["be-echo", var ready] => await EchoServer.RunAsync(ready),
    ["be-data-plane", var folder, var control] => await DataPlaneProcess.RunAsync(folder, control),
    ["takt", var seconds, var connections] => await Table.OneAsync(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), int.Parse(connections, System.Globalization.CultureInfo.InvariantCulture)),
    _ => await Table.PrintAsync(args is [var seconds] ? double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) : 4),
};
