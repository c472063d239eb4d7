// Snippets name their files as a reader would, so they run one after another, each in a current directory of its own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
