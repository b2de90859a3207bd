import { createTheme, type MantineColorsTuple, type MantineColorSchemeManager } from '@mantine/core';

const accent: MantineColorsTuple = ['#eef0fd', '#dde1fa', '#bac2f4', '#a2aef8', '#8b9dff', '#6478e6', '#4a60da', '#384fd0', '#2f43b4', '#26389a'];

const bad: MantineColorsTuple = ['#fdebeb', '#fbd0d1', '#f9a8aa', '#fb8d90', '#ff7478', '#ef5a5e', '#dc4045', '#c62a2f', '#a82126', '#8c1a1f'];

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono Variable", ui-monospace, monospace',
  colors: { accent, bad },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 6,
  fontSizes: { xs: '11.5px', sm: '13px', md: '13px', lg: '14px', xl: '18px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** The system decides. Nothing is kept: Mantine's own way would write to local storage. */
export const colorScheme: MantineColorSchemeManager = {
  get: (fallback) => fallback,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};
