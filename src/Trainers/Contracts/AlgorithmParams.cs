namespace Takt.Trainers;

/// <summary>Logistic regression, solved exactly by Newton's method.</summary>
public sealed record LogisticParams
{
    /// <summary>Penalty on the squared weights (of standardised inputs), in rows. Default 1.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>Default 50; it usually takes 5.</summary>
    public int MaxIterations { get; init; } = 50;
}

/// <summary>Trees grown one after the other on histograms, each on what the ones before left over.</summary>
public sealed record BoostedTreesParams
{
    /// <summary>Default 80, from 1 to 2000.</summary>
    public int Trees { get; init; } = 80;

    /// <summary>Questions from root to leaf. Default 6, from 1 to 8.</summary>
    public int Depth { get; init; } = 6;

    /// <summary>Share of each tree's answer that is taken. Default 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Penalty on the squared leaf values. Default 1.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>Least sum of p(1-p) in a leaf. Default 16: about a hundred rows at a rate of 20 %.</summary>
    public double MinChildWeight { get; init; } = 16;

    /// <summary>Least gain for which a leaf is split. Default 0.</summary>
    public double MinGain { get; init; }

    /// <summary>Values that a feature's range is cut into at most. Default 255, from 2 to 255.</summary>
    public int Bins { get; init; } = 255;

    /// <summary>Stops when the log loss of the last tenth of the training rows has not fallen for this many trees; null: never.</summary>
    public int? EarlyStopping { get; init; }
}
