using System.Text;

namespace Takt.Tracking.MLflow;

/// <summary>One clause of a filter: <c>metrics.rmse &lt; 0.5</c>.</summary>
/// <param name="Entity"><c>metric</c>, <c>parameter</c>, <c>tag</c>, <c>attribute</c>, <c>dataset</c>.</param>
/// <param name="Comparator">Upper case: <c>&lt;</c>, <c>LIKE</c>, <c>NOT IN</c>, <c>IS NULL</c> …</param>
/// <param name="Values">None for IS NULL, several for IN, else one.</param>
/// <param name="IsText">The value was quoted.</param>
public sealed record MLflowClause(string Entity, string Key, string Comparator, IReadOnlyList<string> Values, bool IsText)
{
    public string Value => Values[0];
}

/// <summary>One order of a search: <c>metrics.rmse DESC</c>.</summary>
public sealed record MLflowOrder(string Entity, string Key, bool Descending);

/// <summary>
/// MLflow's search grammar: clauses joined by AND. A key may stand in backticks or quotes, a text in single or double quotes. In linear time; nothing of the text
/// ever becomes SQL.
/// </summary>
public static class MLflowFilter
{
    private const int LongestFilter = 1 << 16;
    private const int MostClauses = 100;

    private static readonly Dictionary<string, string> entities = new(StringComparer.Ordinal)
    {
        ["metric"] = "metric", ["metrics"] = "metric",
        ["parameter"] = "parameter", ["parameters"] = "parameter", ["param"] = "parameter", ["params"] = "parameter",
        ["tag"] = "tag", ["tags"] = "tag",
        ["attribute"] = "attribute", ["attributes"] = "attribute", ["attr"] = "attribute", ["run"] = "attribute",
        ["dataset"] = "dataset", ["datasets"] = "dataset",
    };

    /// <exception cref="MLflowException">It is no filter; the message says where.</exception>
    public static IReadOnlyList<MLflowClause> Parse(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter)) return [];
        if (filter.Length > LongestFilter) throw MLflowException.Invalid($"The filter has {filter.Length} characters; at most {LongestFilter} are read.");
        var reader = new Reader(filter);
        var clauses = new List<MLflowClause>();
        while (true)
        {
            clauses.Add(Clause(ref reader));
            if (clauses.Count > MostClauses) throw MLflowException.Invalid($"The filter has more than {MostClauses} clauses.");
            if (reader.AtEnd) return clauses;
            if (!reader.Take("AND")) throw MLflowException.Invalid($"Invalid clause(s) in filter string: '{reader.Rest}'");
        }
    }

    /// <exception cref="MLflowException">It is no order.</exception>
    public static MLflowOrder ParseOrder(string order)
    {
        if (order.Length > 1000) throw MLflowException.Invalid("The order_by clause is too long.");
        var reader = new Reader(order);
        if (reader.AtEnd) throw MLflowException.Invalid($"Invalid order_by clause '{order}'. Could not be parsed.");
        var (entity, key) = Identifier(ref reader);
        if (reader.AtEnd) return new MLflowOrder(entity, key, false);
        if (reader.Take("ASC") && reader.AtEnd) return new MLflowOrder(entity, key, false);
        if (reader.Take("DESC") && reader.AtEnd) return new MLflowOrder(entity, key, true);
        throw MLflowException.Invalid($"Invalid ordering key in order_by clause '{order}'. Could not be parsed.");
    }

    private static MLflowClause Clause(ref Reader reader)
    {
        var (entity, key) = Identifier(ref reader);
        if (reader.Take("IS"))
        {
            var not = reader.Take("NOT");
            if (!reader.Take("NULL")) throw MLflowException.Invalid($"Invalid comparison clause. Expected NULL after IS, found '{reader.Rest}'");
            return new MLflowClause(entity, key, not ? "IS NOT NULL" : "IS NULL", [], true);
        }
        if (reader.Take("NOT"))
        {
            if (!reader.Take("IN")) throw MLflowException.Invalid($"Invalid comparison clause. Expected IN after NOT, found '{reader.Rest}'");
            return new MLflowClause(entity, key, "NOT IN", List(ref reader), true);
        }
        if (reader.Take("IN")) return new MLflowClause(entity, key, "IN", List(ref reader), true);
        var comparator = reader.Take("LIKE") ? "LIKE" : reader.Take("ILIKE") ? "ILIKE" : reader.Sign();
        if (comparator is null) throw MLflowException.Invalid($"Invalid comparison clause. Expected comparison found '{reader.Rest}'");
        if (reader.Quoted() is { } text) return new MLflowClause(entity, key, comparator, [text], true);
        if (reader.Bare() is { Length: > 0 } word) return new MLflowClause(entity, key, comparator, [word], false);
        throw MLflowException.Invalid($"Invalid comparison clause. Expected value token found '{reader.Rest}'");
    }

    private static (string Entity, string Key) Identifier(ref Reader reader)
    {
        reader.SkipSpace();
        var name = reader.Backticked() ?? reader.Name(); // a key that stands alone may be quoted too: `run name`
        if (name.Length == 0) throw MLflowException.Invalid($"Invalid clause(s) in filter string: '{reader.Rest}'");
        if (!reader.TakeDot()) return ("attribute", name);
        if (!entities.TryGetValue(name, out var entity))
            throw MLflowException.Invalid($"Invalid entity type '{name}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']");
        var key = reader.Backticked() ?? reader.QuotedHere() ?? reader.Key();
        return key.Length > 0 ? (entity, key) : throw MLflowException.Invalid($"Invalid identifier '{name}.'. Columns should be specified as 'attribute.<key>', 'metric.<key>', 'tag.<key>', 'dataset.<key>', or 'param.'.");
    }

    private static List<string> List(ref Reader reader)
    {
        const string what = "While parsing a list in the query, expected a non-empty list of string values, but got";
        var values = new List<string>();
        if (!reader.TakeChar('(')) throw MLflowException.Invalid($"{what} ill-formed list.");
        if (reader.TakeChar(')')) throw MLflowException.Invalid($"{what} empty list");
        while (true)
        {
            values.Add(reader.Quoted() ?? throw MLflowException.Invalid($"{what} ill-formed list."));
            if (values.Count > 10_000) throw MLflowException.Invalid("The list has more than 10000 values.");
            if (reader.TakeChar(',')) continue;
            return reader.TakeChar(')') ? values : throw MLflowException.Invalid($"{what} ill-formed list.");
        }
    }

    private ref struct Reader(string text)
    {
        private int at;

        public bool AtEnd
        {
            get
            {
                SkipSpace();
                return at == text.Length;
            }
        }

        /// <summary>What is left, cut for a message.</summary>
        public readonly string Rest => text.Length - at > 80 ? string.Concat(text.AsSpan(at, 80), "…") : text[at..];

        public void SkipSpace()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        }

        /// <summary>A keyword, in any case, that ends where a word ends.</summary>
        public bool Take(string word)
        {
            SkipSpace();
            if (string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0) return false;
            var end = at + word.Length;
            if (end > text.Length || end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_')) return false;
            at = end;
            return true;
        }

        public bool TakeChar(char c)
        {
            SkipSpace();
            if (at == text.Length || text[at] != c) return false;
            at++;
            return true;
        }

        public bool TakeDot()
        {
            if (at == text.Length || text[at] != '.') return false;
            at++;
            return true;
        }

        public string? Sign()
        {
            SkipSpace();
            foreach (var sign in (ReadOnlySpan<string>)[">=", "<=", "!=", "<>", "=", ">", "<"])
            {
                if (string.CompareOrdinal(text, at, sign, 0, sign.Length) != 0) continue;
                at += sign.Length;
                return sign == "<>" ? "!=" : sign;
            }
            return null;
        }

        /// <summary>Letters, digits, underscores.</summary>
        public string Name()
        {
            var from = at;
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_')) at++;
            return text[from..at];
        }

        /// <summary>A key without quotes: up to a space, a comparison or a comma.</summary>
        public string Key()
        {
            var from = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('=' or '<' or '>' or '!' or ',' or '(' or ')' or '\'' or '"' or '`' or ';')) at++;
            return text[from..at];
        }

        public string? Backticked() => at < text.Length && text[at] == '`' ? Until('`') : null;

        public string? QuotedHere() => at < text.Length && text[at] is '\'' or '"' ? Until(text[at]) : null;

        public string? Quoted()
        {
            SkipSpace();
            return at < text.Length && text[at] is '\'' or '"' ? Until(text[at]) : null;
        }

        public string Bare()
        {
            SkipSpace();
            var from = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('\'' or '"' or '`' or ';' or '(' or ')' or ',')) at++;
            return text[from..at];
        }

        /// <summary>A doubled quote stands for one.</summary>
        private string Until(char quote)
        {
            var value = new StringBuilder();
            for (var i = at + 1; i < text.Length; i++)
            {
                if (text[i] != quote) value.Append(text[i]);
                else if (quote != '`' && i + 1 < text.Length && text[i + 1] == quote) value.Append(text[i++]);
                else
                {
                    at = i + 1;
                    return value.ToString();
                }
            }
            throw MLflowException.Invalid($"A quote is opened and never closed in the filter: '{Rest}'");
        }
    }
}
