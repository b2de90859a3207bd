@echo off
rem Builds Takt and runs it, as ./takt does elsewhere. Nobody has tried this on Windows yet.
setlocal
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
where dotnet >nul 2>nul
if errorlevel 1 (
  echo takt: the .NET 10 SDK is missing. Install it from https://dot.net, then try again. 1>&2
  exit /b 1
)
if "%~1"=="test" (
  dotnet test --solution "%~dp0Takt.slnx"
  exit /b %errorlevel%
)
dotnet build "%~dp0src\Cli" -c Release -v q --nologo 1>&2
if errorlevel 1 exit /b 1
dotnet "%~dp0.build\bin\Cli\release\takt.dll" %*
exit /b %errorlevel%
