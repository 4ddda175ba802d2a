-- file.lua - shows a file of the repository as a page: BOOK_FILE is its path.
package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local lib = require 'lib'

local languages = {c = 'c', h = 'c', sh = 'bash', js = 'javascript', json = 'json',
                   yaml = 'yaml', mk = 'makefile', md = 'markdown', lua = 'lua'}

function Pandoc(doc)
    local path = os.getenv 'BOOK_FILE'
    local language = languages[path:match '%.(%w+)$'] or ''
    return pandoc.Pandoc({
        pandoc.Header(1, {pandoc.Code(path)}, pandoc.Attr('file')),
        pandoc.CodeBlock(lib.read(path), pandoc.Attr('', {language, 'numberLines'})),
    }, doc.meta)
end
