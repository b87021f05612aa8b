var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "anchor");
app.Run();
