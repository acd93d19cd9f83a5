namespace Behalf.Catalog;

/// <summary>The catalogue, the operator's overrides or a connection's variables are not usable; the text is for the
/// operator and names the file or the field.</summary>
internal sealed class CatalogException(string message, Exception? inner = null) : Exception(message, inner);
