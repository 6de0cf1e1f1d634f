// `/docs`: Swagger UI of the description of this service, and of nothing else.
import '../style/docs.css';

interface SwaggerOptions {
  url: string;
  dom_id: string;
  deepLinking: boolean;
  validatorUrl: null;
  queryConfigEnabled: boolean;
  docExpansion: 'list' | 'none';
  defaultModelsExpandDepth: number;
  tryItOutEnabled: boolean;
  syntaxHighlight: boolean;
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches); // Swagger UI's own name for it
dark.addEventListener('change', follow);
follow();

declare const SwaggerUIBundle: (options: SwaggerOptions) => void;

SwaggerUIBundle({
  url: './openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null, // by default the description would be sent to a service of its makers
  queryConfigEnabled: false, // nor may a link say what is to be loaded instead
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  syntaxHighlight: false, // colours would stop the page for minutes where an answer is a megabyte
});
