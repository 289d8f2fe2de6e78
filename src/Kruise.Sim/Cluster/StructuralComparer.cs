using System.Reflection;

namespace Kruise.Sim.Cluster;

/// <summary>
/// Equality by content for model types whose own equality compares collections by reference, as all of <c>k8s.Models</c> do. Two objects are the
/// same when their public properties are; lists in order, dictionaries by key. An absent list or dictionary equals an empty one, as in
/// apimachinery's <c>Semantic.DeepEqual</c>. Types that define their own equality (quantities) keep it. Built once per type by reflection.
/// </summary>
internal abstract class StructuralComparer<T>
{
    /// <summary>The comparer of the whole type.</summary>
    public static StructuralComparer<T> Default { get; } = StructuralComparer.Build<T>();

    public abstract bool Same(T left, T right);

    /// <summary>Adds the content to a hash that holds within this process.</summary>
    public abstract void AddTo(ref HashCode hash, T value);
}

/// <summary>Builds structural comparers.</summary>
internal static class StructuralComparer
{
    /// <summary>Equality of all public properties but the named ones.</summary>
    public static Func<T, T, bool> AllBut<T>(params string[] properties)
        where T : class => new PropertiesComparer<T>(properties).Same;

    /// <summary>A hash of the whole content, the same for the same content within this process.</summary>
    public static long Fingerprint(object obj) => Fingerprints.GetOrAdd(obj.GetType(), static type => (IFingerprint)Activator.CreateInstance(
        typeof(FingerprintOf<>).MakeGenericType(type))!).Of(obj);

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, IFingerprint> Fingerprints = new();

    internal static StructuralComparer<T> Build<T>()
    {
        Type type = typeof(T);
        if (type == typeof(byte[]))
        {
            return (StructuralComparer<T>)(object)new BytesComparer();
        }

        if (type == typeof(string) || type == typeof(object) || type.IsValueType || HasOwnEquality(type))
        {
            return new ValueComparer<T>();
        }

        if (ElementOf(type, typeof(IEnumerable<>)) is [var element])
        {
            return element is { IsGenericType: true } && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                ? Make<T>(typeof(MapComparer<,,>), type, element.GenericTypeArguments[0], element.GenericTypeArguments[1])
                : Make<T>(typeof(SequenceComparer<,>), type, element);
        }

        return Make<T>(typeof(PropertiesComparer<>), type);
    }

    private static StructuralComparer<T> Make<T>(Type definition, params Type[] arguments) =>
        (StructuralComparer<T>)Activator.CreateInstance(definition.MakeGenericType(arguments), nonPublic: true)!;

    private static bool HasOwnEquality(Type type) =>
        type.IsClass
        && type.GetMethod("<Clone>$") is null
        && type.GetMethod(nameof(Equals), [typeof(object)])!.DeclaringType != typeof(object);

    private static Type[]? ElementOf(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition
            ? type.GenericTypeArguments
            : Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == definition)?.GenericTypeArguments;

    private interface IFingerprint
    {
        long Of(object obj);
    }

    private sealed class FingerprintOf<T> : IFingerprint
    {
        public long Of(object obj)
        {
            HashCode hash = default;
            StructuralComparer<T>.Default.AddTo(ref hash, (T)obj);
            return hash.ToHashCode();
        }
    }

    private sealed class ValueComparer<T> : StructuralComparer<T>
    {
        public override bool Same(T left, T right) => EqualityComparer<T>.Default.Equals(left, right);

        public override void AddTo(ref HashCode hash, T value) => hash.Add(value);
    }

    private sealed class BytesComparer : StructuralComparer<byte[]?>
    {
        public override bool Same(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public override void AddTo(ref HashCode hash, byte[]? value) => hash.AddBytes(value);
    }

    private sealed class SequenceComparer<T, TElement> : StructuralComparer<T?>
        where T : class, IEnumerable<TElement>
    {
        public override bool Same(T? left, T? right)
        {
            if (ReferenceEquals(left, right))
            {
                return true;
            }

            IList<TElement> a = AsList(left);
            IList<TElement> b = AsList(right);
            if (a.Count != b.Count)
            {
                return false;
            }

            for (int i = 0; i < a.Count; i++)
            {
                if (!StructuralComparer<TElement>.Default.Same(a[i], b[i]))
                {
                    return false;
                }
            }

            return true;
        }

        public override void AddTo(ref HashCode hash, T? value)
        {
            foreach (TElement element in AsList(value))
            {
                StructuralComparer<TElement>.Default.AddTo(ref hash, element);
            }
        }

        private static IList<TElement> AsList(T? value) => value is null ? [] : value as IList<TElement> ?? [.. value];
    }

    private sealed class MapComparer<T, TKey, TValue> : StructuralComparer<T?>
        where T : class, IEnumerable<KeyValuePair<TKey, TValue>>
        where TKey : notnull
    {
        public override bool Same(T? left, T? right)
        {
            if (ReferenceEquals(left, right))
            {
                return true;
            }

            IReadOnlyDictionary<TKey, TValue> a = AsMap(left);
            IReadOnlyDictionary<TKey, TValue> b = AsMap(right);
            if (a.Count != b.Count)
            {
                return false;
            }

            foreach ((TKey key, TValue value) in a)
            {
                if (!b.TryGetValue(key, out TValue? other) || !StructuralComparer<TValue>.Default.Same(value, other))
                {
                    return false;
                }
            }

            return true;
        }

        // A sum, so that the order of keys does not matter.
        public override void AddTo(ref HashCode hash, T? value)
        {
            int sum = 0;
            foreach ((TKey key, TValue element) in AsMap(value))
            {
                HashCode entry = default;
                entry.Add(key);
                StructuralComparer<TValue>.Default.AddTo(ref entry, element);
                sum = unchecked(sum + entry.ToHashCode());
            }

            hash.Add(sum);
        }

        private static IReadOnlyDictionary<TKey, TValue> AsMap(T? value) =>
            value as IReadOnlyDictionary<TKey, TValue> ?? new Dictionary<TKey, TValue>(value ?? Enumerable.Empty<KeyValuePair<TKey, TValue>>());
    }

    private sealed class PropertiesComparer<T> : StructuralComparer<T?>
        where T : class
    {
        private readonly Property[] _properties;

        public PropertiesComparer()
            : this([])
        {
        }

        public PropertiesComparer(string[] except) =>
            _properties =
            [
                .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && !except.Contains(property.Name))
                    .OrderBy(property => property.Name, StringComparer.Ordinal)
                    .Select(property => (Property)Activator.CreateInstance(
                        typeof(Property<>).MakeGenericType(typeof(T), property.PropertyType), property)!),
            ];

        public override bool Same(T? left, T? right) =>
            ReferenceEquals(left, right) || (left is not null && right is not null && Array.TrueForAll(_properties, p => p.Same(left, right)));

        public override void AddTo(ref HashCode hash, T? value)
        {
            hash.Add(value is null);
            if (value is not null)
            {
                foreach (Property property in _properties)
                {
                    property.AddTo(ref hash, value);
                }
            }
        }

        private abstract class Property
        {
            public abstract bool Same(T left, T right);

            public abstract void AddTo(ref HashCode hash, T owner);
        }

        // Asks for the comparer of the property's type on use and not before: types may contain themselves.
        private sealed class Property<TValue>(PropertyInfo property) : Property
        {
            private readonly Func<T, TValue> _get = property.GetMethod!.CreateDelegate<Func<T, TValue>>();

            public override bool Same(T left, T right) => StructuralComparer<TValue>.Default.Same(_get(left), _get(right));

            public override void AddTo(ref HashCode hash, T owner) => StructuralComparer<TValue>.Default.AddTo(ref hash, _get(owner));
        }
    }
}
