using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Datasets.Catalogue;

/// <summary>Makes a dataset's entry in the catalogue, or changes it.</summary>
internal sealed class DefineDataset(ITaktDatabase database, DatasetStore store, IJournal journal, TimeProvider time)
{
    public async Task<Outcome<DatasetSpec>> RunAsync(Caller caller, DatasetSpec spec, CancellationToken cancellationToken)
    {
        var mistakes = DatasetRules.Mistakes(spec);
        if (mistakes.Count > 0) return DatasetProblems.SpecInvalid(spec.Name, mistakes);
        await database.InTransactionAsync(async (transaction, token) =>
        {
            if (!await store.PutAsync(transaction, caller, spec, time.GetUtcMicroseconds(), token).ConfigureAwait(false)) return;
            await journal.AppendAsync(transaction, Fact.Of(caller, "dataset.defined", Subject.Dataset(spec.Name), spec), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return spec;
    }
}
