namespace Kruise.Core.Api;

/// <summary>The API group of every kind of Kruise.</summary>
public static class KruiseGroup
{
    /// <summary>The group name.</summary>
    public const string Name = "apps.kruise.io";

    /// <summary>The <c>apiVersion</c> of the v1alpha1 kinds.</summary>
    public const string V1Alpha1 = Name + "/v1alpha1";
}
