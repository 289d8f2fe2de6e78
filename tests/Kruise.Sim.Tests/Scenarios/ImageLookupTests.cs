using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class ImageLookupTests
{
    [Theory]
    [InlineData("reg.example:5000", "team/app:1", "reg.example:5000/team/app:1")]
    [InlineData("reg.example:5000", "app:1", "reg.example:5000/app:1")]
    [InlineData("reg.example:5000", "reg.example:5000/team/app:1", "reg.example:5000/team/app:1")]
    [InlineData("reg.example", "docker.io/team/app:1", null)]
    [InlineData("reg.example", "other.example/team/app:1", null)]
    [InlineData("reg.example", "team/App:1", null)]
    [InlineData("docker.io", "nginx:1", "nginx:1")]
    [InlineData("docker.io", "docker.io/library/nginx", "nginx:latest")]
    [InlineData("docker.io", "index.docker.io/team/app", "team/app:latest")]
    [InlineData("docker.io", "reg.example/app", null)]
    public void In_a_registrys_list_the_host_may_be_left_out_but_not_be_another(string registry, string image, string? familiar) =>
        Assert.Equal(familiar, ImageLookup.ReferenceIn(registry, image)?.FamiliarReference);

    [Fact]
    public void Images_are_found_by_any_spelling()
    {
        var app = new RegistryImageSpec { Name = "team/app:1", Layers = [] };
        var nginx = new RegistryImageSpec { Name = "nginx:1", Layers = [] };
        var images = new ImageLookup([new RegistrySpec { Name = "reg.example", Images = [app] }, new RegistrySpec { Name = "docker.io", Images = [nginx] }]);
        Assert.Equal(["nginx:1", "reg.example/team/app:1"], images.Names);
        Assert.Same(app, images.Find("reg.example/team/app:1")?.Image);
        Assert.Same(nginx, images.Find("docker.io/library/nginx:1")?.Image);
        Assert.Null(images.Find("team/app:1"));
        Assert.Null(images.Find("nginx"));
    }
}
