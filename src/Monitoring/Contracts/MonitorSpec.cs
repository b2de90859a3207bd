namespace Takt.Monitoring;

/// <summary>What was asked: a <c>monitors:</c> entry of takt.yaml.</summary>
/// <param name="Window">Of event time, e.g. two days. A window is looked at once it is closed (a later event came) and, for performance, once its truth is there.</param>
/// <param name="MinRows">Fewer decide nothing.</param>
/// <param name="Alpha">After adjustment for the number of tests.</param>
/// <param name="MaterialShift">Least KS distance or Cramer's V that matters.</param>
/// <param name="MaterialLoss">Least rise of log loss over the reference that matters.</param>
/// <param name="MaterialCalibration">Least gap between mean score and share of truth that matters.</param>
public sealed record MonitorSpec(string Name, string Deployment, TimeSpan Window, int MinRows, double Alpha, double MaterialShift, double MaterialLoss, double MaterialCalibration);
